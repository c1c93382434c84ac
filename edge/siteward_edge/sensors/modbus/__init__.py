"""Modbus: how cranes, hoists and measuring instruments are read."""
