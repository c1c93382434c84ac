"""What ``siteward edge check`` tries, and how it says what came of it."""
