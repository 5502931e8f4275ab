// Listeners to spans are one for the process, and some tests are about there being none.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
