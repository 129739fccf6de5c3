"""Reading what several rows say together: history, comparisons, voices, waiting times. Nothing here writes."""
