"""Hosts the rules: messages in, alerts, findings and events out."""
