"""What is read off the ledger: its lines for pages and the API, tables to download, the report in Word."""
