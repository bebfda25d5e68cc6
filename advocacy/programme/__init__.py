"""The programme itself: its name, time zone and first day."""
