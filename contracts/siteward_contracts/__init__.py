"""The wire contract: messages, topics, catalogues, ids and clock. Pure, no I/O."""
