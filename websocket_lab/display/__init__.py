"""Cards, tables, sequence diagrams and the shared look: what every instrument shows itself with."""
