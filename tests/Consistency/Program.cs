using MonotonicReads.Consistency;
using MonotonicReads.Consistency.Faults;
using MonotonicReads.Consistency.Workload;

DriverFaults.Survive();
if (args is [SecondProcess.Argument])
{
    return await SecondProcess.ServeAsync();
}

if (RunOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(RunOptions.Help);
    Console.Error.WriteLine();
    Console.Error.WriteLine("Faults: " + string.Join(", ", FaultCatalogue.All.Select(fault => fault.Name)));
    return args.Contains("--help") ? 0 : 2;
}

await using var run = await Run.StartAsync(options);
await run.PlayAsync(Console.WriteLine);
await run.CloseAsync();
Console.WriteLine(run.Summary.Table());
await File.WriteAllTextAsync(Path.Combine(options.Output, "summary.json"), run.Summary.Json());
Console.WriteLine($"history: {run.HistoryPath}");
return run.Summary.IsGood ? 0 : 1;
