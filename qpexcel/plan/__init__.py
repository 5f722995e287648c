"""Stage 1: plan.xlsx and the built-in plan → Plan."""
