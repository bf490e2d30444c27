"""The mutation check: content is changed in one place at a time, and some case must notice.

A criterion that could be dropped or negated, or a threshold that could move, without a single case failing is a criterion or a
threshold that nobody has shown to matter.
"""
