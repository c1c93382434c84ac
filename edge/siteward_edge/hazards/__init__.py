"""From people and things in pictures to incidents."""
