"""Files in and out: text to rows with problems by line, records to text. No database, no page.

CSV, XLSX and JSON Lines have the same columns (`columns`) and a module each; `reading` finds out which one a file is.
Reading judges only what can be judged without knowing what is stored; the rest is the business of `domain`. Writing
keeps to one rule: what is written is read again unchanged.
"""
