namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>Calls that wait for the next piece of work: what stands in a loop behind one of them starts afresh.</summary>
public class WorkBoundaryTests
{
    private const string A = "db.Query<int>(\"SELECT a FROM t\");";

    [Theory]
    [InlineData("await Task.Delay(10);")]
    [InlineData("Thread.Sleep(10);")]
    [InlineData("await timer.WaitForNextTickAsync();")]
    [InlineData("await channel.ReadAsync();")]
    [InlineData("await channel.WaitToReadAsync();")]
    [InlineData("channel.TryRead(out _);")]
    [InlineData("blocking.Take();")]
    [InlineData("blocking.TryTake(out _);")]
    [InlineData("handle.WaitOne();")]
    [InlineData("auto.WaitOne();")]
    [InlineData("manual.WaitOne();")]
    [InlineData("slim.Wait();")]
    [InlineData("eventHandle.WaitOne();")]
    [InlineData("concurrent.TryDequeue(out _);")]
    [InlineData("bus.WaitAndPop();")]
    [InlineData("bus.WaitAndDequeue();")]
    [InlineData("await bus.ReceiveAsync();")]
    [InlineData("bus.Receive();")]
    [InlineData("await bus.ReceiveMessageAsync();")]
    [InlineData("await bus.DequeueAsync();")]
    [InlineData("bus.Dequeue();")]
    public Task A_loop_that_waits_for_its_work_starts_afresh(string wait) => Check("M", "while (x) { " + wait + A + " }");

    [Theory]
    [InlineData("Task.FromResult(10);")]
    [InlineData("Thread.Yield();")]
    [InlineData("timer.Dispose();")]
    [InlineData("channel.TryPeek(out _);")]
    [InlineData("blocking.Add(1);")]
    [InlineData("concurrent.TryPeek(out _);")]
    [InlineData("bus.Peek();")]
    [InlineData("gate.Wait();")]
    [InlineData("await gate.WaitAsync();")]
    [InlineData("slim.Set();")]
    [InlineData("task.Wait();")]
    [InlineData("own.Delay();")]
    [InlineData("own.Sleep();")]
    [InlineData("own.TryRead();")]
    [InlineData("own.Take();")]
    [InlineData("own.WaitOne();")]
    [InlineData("own.TryDequeue();")]
    public Task One_that_does_not_meets_itself(string wait) => Check("{|MR1001:M|}", "while (x) { " + wait + A + " }");

    [Theory]
    [InlineData("await Task.Delay(10); " + A + "await Task.Delay(10); " + A)]
    [InlineData("while (x) { Thread.Sleep(10); } " + A + A)]
    [InlineData("while (x) { Thread.Sleep(10); " + A + A + " }")]
    [InlineData("while (x) { Thread.Sleep(10); foreach (var id in ids) " + A + " }")]
    public Task A_wait_outside_of_the_loop_or_around_it_separates_nothing(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("await foreach (var id in channel.ReadAllAsync()) " + A)]
    [InlineData("await foreach (var id in channel.ReadAllAsync().ConfigureAwait(false)) " + A)]
    [InlineData("await foreach (var id in channel.ReadAllAsync().WithCancellation(default)) " + A)]
    [InlineData("var jobs = channel.ReadAllAsync(); await foreach (var id in jobs) " + A)]
    [InlineData("foreach (var id in blocking.GetConsumingEnumerable()) " + A)]
    [InlineData("foreach (var id in blocking.GetConsumingEnumerable(default)) { " + A + " }")]
    [InlineData("string line; while ((line = Console.ReadLine()) != null) " + A)]
    [InlineData("while (x) { Console.ReadKey(); " + A + " }")]
    [InlineData("await foreach (var id in bus.ReceiveMessagesAsync()) " + A)]
    public Task A_stream_of_work_separates_its_pieces(string body) => Check("M", body);

    [Theory]
    [InlineData("while (true) { using var session = ReadSession.Begin(ReadConsistency.Monotonic); " + A + " }")]
    [InlineData("while (true) { using (ReadSession.Begin(ReadConsistency.Monotonic)) { " + A + A + " } }")]
    [InlineData("for (; ; ) { if (x) { break; } using var session = ReadSession.Begin(ReadConsistency.Monotonic); " + A + " }", true)]
    [InlineData("while (x) { using var session = ReadSession.Begin(ReadConsistency.Monotonic); " + A + " }", true)]
    [InlineData(
        "while (true) { foreach (var id in ids) { using var session = ReadSession.Begin(ReadConsistency.Monotonic); " + A + " } }",
        true
    )]
    public Task A_session_of_each_iteration_separates_those_of_a_loop_without_end(string body, bool isReported = false) =>
        Check(isReported ? "{|MR1001:M|}" : "M", body);

    [Theory]
    [InlineData("await foreach (var id in channel.ReadAllAsync()) { " + A + A + " }")]
    [InlineData("await foreach (var id in channel.ReadAllAsync()) { foreach (var other in ids) " + A + " }")]
    [InlineData("foreach (var id in blocking) " + A)]
    [InlineData("await foreach (var id in bus.Rows()) " + A)]
    [InlineData("foreach (var id in bus.ReceiveAll()) " + A)]
    [InlineData("using var file = new System.IO.StreamReader(\"a\"); while (file.ReadLine() != null) " + A)]
    public Task Any_other_sequence_does_not(string body) => Check("{|MR1001:M|}", body);

    [Fact]
    public Task What_was_written_for_one_piece_of_work_is_not_read_for_the_next() =>
        Check("M", "while (x) { " + A + " db.Execute(\"UPDATE t SET a = 1\"); Thread.Sleep(10); }");

    [Fact]
    public Task What_was_written_for_it_is() =>
        Check("{|MR1003:M|}", "while (x) { Thread.Sleep(10); db.Execute(\"UPDATE t SET a = 1\"); " + A + " }");

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                public async Task {{name}}(bool x, int[] ids, PeriodicTimer timer, System.Threading.Channels.ChannelReader<int> channel, System.Collections.Concurrent.BlockingCollection<int> blocking,
                    WaitHandle handle, AutoResetEvent auto, ManualResetEvent manual, ManualResetEventSlim slim, EventWaitHandle eventHandle, System.Collections.Concurrent.ConcurrentQueue<int> concurrent, SemaphoreSlim gate, Task task, Bus bus, Own own)
                {
                    await Task.Yield();
                    {{body}}
                }

                public class Bus { public void WaitAndPop() { } public void WaitAndDequeue() { } public Task ReceiveAsync() => null; public void Receive() { } public Task ReceiveMessageAsync() => null; public Task DequeueAsync() => null; public void Dequeue() { } public void Peek() { } public IAsyncEnumerable<int> ReceiveMessagesAsync() => null; public IAsyncEnumerable<int> Rows() => null; public List<int> ReceiveAll() => null; }
                public class Own { public void Delay() { } public void Sleep() { } public void TryRead() { } public void Take() { } public void WaitOne() { } public void TryDequeue() { } }
            """
        );
}
