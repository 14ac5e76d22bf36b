"""What do the tests of the projection share? The kernels' cache is the one beside the sources."""
