"""`python -m nodegraph` is `nodegraph`."""

import sys

from nodegraph.cli.main import main

sys.exit(main())
