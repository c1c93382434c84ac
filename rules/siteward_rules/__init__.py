"""Milestones, money and alerts as pure functions of facts and time."""
