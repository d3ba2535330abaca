using MonotonicReads.Cli;
using MonotonicReads.Cli.Output;

return await CommandLine.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);
