"""The clock of one ticket: paused, extended, counted again; rules tried on past tickets."""
