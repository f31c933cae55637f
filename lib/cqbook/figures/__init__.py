"""A figure and a table: chart forms, rules, theme, words in English, files to cite."""
