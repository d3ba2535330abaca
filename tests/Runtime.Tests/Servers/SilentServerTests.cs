using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Servers;

/// <summary>What a caller gets of a question of ours that got no answer: the driver's exception, or that the caller has given up.</summary>
public class SilentServerTests
{
    [Fact]
    public async Task The_drivers_exception_is_told()
    {
        var drivers = new InvalidDataException("the driver's");
        var silent = new SilentServerException(Task.FromException(drivers), new TimeoutException());
        Assert.Same(drivers, await silent.DriversAsync(isAsync: true, CancellationToken.None));
        var given = new SilentServerException(Task.CompletedTask, drivers);
        Assert.Same(drivers, await given.DriversAsync(isAsync: false, CancellationToken.None));
    }

    [Fact]
    public async Task Who_has_given_up_is_told_that()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        foreach (var pending in new[] { Task.CompletedTask, Task.FromCanceled(source.Token), Task.FromException(new IOException()) })
        {
            var silent = new SilentServerException(pending, new TimeoutException());
            Assert.IsAssignableFrom<OperationCanceledException>(await silent.DriversAsync(isAsync: true, source.Token));
        }
    }

    [Fact]
    public async Task An_answer_that_came_too_late_is_no_exception_of_the_driver() =>
        Assert.Null(await new SilentServerException(Task.CompletedTask, new TimeoutException()).DriversAsync(true, CancellationToken.None));
}
