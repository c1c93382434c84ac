"""From pictures of a zone to the state its work is in."""
