"""Demo accounts and demo cases for a machine of one's own; they exist only while the server is on loopback."""
