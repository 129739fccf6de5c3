"""Citizens' reports and the cases made of them: intake, the seven steps, what the public may see."""
