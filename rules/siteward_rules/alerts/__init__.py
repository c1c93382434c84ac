"""What becomes of alerts once rules raised them: who is told, when, and who is spared."""
