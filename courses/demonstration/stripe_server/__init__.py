"""A local server that speaks Stripe's protocol, for the demonstration and the tests. Standard library only."""
