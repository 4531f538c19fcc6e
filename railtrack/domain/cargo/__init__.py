"""What is carried: shipments, containers, their numbers, amounts, and what a row adds to what is booked."""
