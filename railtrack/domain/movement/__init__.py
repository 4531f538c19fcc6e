"""What happened on the way: stated events, the journey they fold to, its timetable, and where a train is now."""
