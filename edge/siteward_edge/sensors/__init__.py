"""What is read from instruments: HJ 212 boxes and Modbus registers."""
