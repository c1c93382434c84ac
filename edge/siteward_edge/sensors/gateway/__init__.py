"""JSON that third-party gateways publish over MQTT."""
