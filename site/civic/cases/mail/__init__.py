"""Reports by e-mail: a letter read, what in it is new, filed or added, answered, fetched from the mailbox."""
