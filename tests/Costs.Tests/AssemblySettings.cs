// They write sections of one file, and whatever else runs in this process may be compiled or made first in the middle of a measurement.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
