"""What railtrack says to people of its own accord: mails, their words, and how they come to be sent."""
