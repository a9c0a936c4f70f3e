"""Tests of the workbook's grader."""
