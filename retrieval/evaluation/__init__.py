"""How well questions are answered, measured on a file of questions with their right guides."""
