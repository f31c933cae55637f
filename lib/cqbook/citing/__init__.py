"""Figures and numbers in Word, PowerPoint and PDF; and whether they still stand."""
