"""People, their roles, departments and districts. Roles are groups; what a role may do is data in roles.py."""
