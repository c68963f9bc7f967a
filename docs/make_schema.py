"""Write the JSON Schema of suites: `python docs/make_schema.py > evals/suite.schema.json`."""

import sys

from leitstand.evals.suite import suite_schema

sys.stdout.write(suite_schema().decode())
