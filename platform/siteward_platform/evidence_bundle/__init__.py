"""One archive per claim that anybody can check without the platform."""
