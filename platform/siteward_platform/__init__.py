"""What the street sees and decides with: database, API, worker, evidence, audit log."""
