"""Another day, on one processor: imported by Python at its start where PYTHONPATH leads here."""

import datetime
import os

import time_machine

DAY = datetime.datetime(2031, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
# as a number: with a day that has a zone, it would set the zone too
time_machine.travel(DAY.timestamp(), tick=True).start()
os.cpu_count = lambda: 1
