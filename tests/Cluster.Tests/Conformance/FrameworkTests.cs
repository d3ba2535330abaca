using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.EntityFrameworkCore;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>Dapper and EF Core over the wrapper, on each way to the servers, outside and inside a read session.</summary>
public sealed class FrameworkTests(ConformanceFixture fixture) : IClassFixture<ConformanceFixture>
{
    public static TheoryData<Way, bool> Ways { get; } =
        new()
        {
            { Way.Direct, false },
            { Way.Direct, true },
            { Way.ProxySql, false },
            { Way.ProxySql, true },
            { Way.ShopifyFork, false },
            { Way.ShopifyFork, true },
            { Way.MaxScale, false },
            { Way.MaxScale, true },
        };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Dapper_works(Way way, bool isInSession)
    {
        var subject = SubjectOf(way, isInSession);
        using var session = isInSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
        await using (var connection = await subject.OpenAsync())
        {
            using (
                var several = await connection.QueryMultipleAsync(
                    "select n from numbers order by n; select name from numbers where n = @n",
                    new { n = 2 }
                )
            )
            {
                Assert.Equal([1, 2, 3], await several.ReadAsync<int>());
                Assert.Equal("two", await several.ReadSingleAsync<string>());
            }

            var pairs = await connection.QueryAsync<Number, Number, (int, int)>(
                "select a.n, a.name, b.n, b.name from numbers a join numbers b on b.n = a.n + 1 order by a.n",
                (a, b) => (a.N, b.N),
                splitOn: "n"
            );
            Assert.Equal([(1, 2), (2, 3)], pairs);
            Assert.Equal([1, 2, 3], connection.Query<int>("select n from numbers order by n", buffered: false).ToList());
            Assert.Equal(
                2,
                await connection.ExecuteScalarAsync<int>("select n from numbers where n in @all and n > 1", new { all = new[] { 1, 2 } })
            );
        }

        await AssertReadsStayOnOneReplicaAsync(
            isInSession,
            async () =>
            {
                await using var connection = subject.Create();
                return await connection.QuerySingleAsync<string>("select id from who");
            }
        );

        var table = await subject.NewTableAsync();
        await using (var connection = subject.Create())
        {
            Assert.Equal(
                2,
                await connection.ExecuteAsync(
                    $"insert into {table} (note) values (@note)",
                    new[] { new { note = "a" }, new { note = "b" } }
                )
            );
            Assert.Equal(2L, await fixture.AskPrimaryAsync($"select count(*) from {table}"));

            await connection.OpenAsync();
            await using (var transaction = await connection.BeginTransactionAsync())
            {
                Assert.Equal(1, await connection.ExecuteAsync($"delete from {table} where note = 'a'", transaction: transaction));
                Assert.Equal(1, await connection.ExecuteScalarAsync<int>($"select count(*) from {table}", transaction: transaction));
                await transaction.RollbackAsync();
            }

            Assert.Equal(2L, await fixture.AskPrimaryAsync($"select count(*) from {table}"));
            var parameters = new DynamicParameters(new { p = 4 });
            parameters.Add("q", dbType: DbType.Int32, direction: ParameterDirection.Output);
            parameters.Add("r", 5, DbType.Int32, ParameterDirection.InputOutput);
            await connection.ExecuteAsync("double_it", parameters, commandType: CommandType.StoredProcedure);
            Assert.Equal((8, 9), (parameters.Get<int>("q"), parameters.Get<int>("r")));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Entity_framework_works(Way way, bool isInSession)
    {
        await using var source = SubjectOf(way, isInSession).CreateSource(SourceKind.ForPomelo);
        using var session = isInSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
        await using (var context = new Shop(source))
        {
            Assert.Equal(
                ["one", "two", null],
                await context.Numbers.OrderBy(number => number.N).Select(number => number.Name).ToListAsync()
            );
            Assert.Equal(2, (await context.Numbers.SingleAsync(number => number.Name == "two")).N);
        }

        await AssertReadsStayOnOneReplicaAsync(
            isInSession,
            async () =>
            {
                await using var context = new Shop(source);
                return await context.Database.SqlQueryRaw<string>("select id as Value from who").SingleAsync();
            }
        );

        await using (var context = new Shop(source))
        {
            var (first, second) = (new NoteRow { Text = "first" }, new NoteRow { Text = "second" });
            context.AddRange(first, second);
            Assert.Equal(2, await context.SaveChangesAsync());
            Assert.NotEqual(0, first.Id);
            Assert.NotEqual(first.Id, second.Id);
            Assert.Equal("first", await fixture.AskPrimaryAsync($"select note from notes where id = {first.Id}"));

            Assert.Equal(
                1,
                await context
                    .Notes.Where(note => note.Id == first.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(note => note.Text, "changed"))
            );
            Assert.Equal("changed", await fixture.AskPrimaryAsync($"select note from notes where id = {first.Id}"));

            await using (var transaction = await context.Database.BeginTransactionAsync())
            {
                second.Text = "undone";
                await context.SaveChangesAsync();
                Assert.Equal("undone", await context.Notes.Where(note => note.Id == second.Id).Select(note => note.Text).SingleAsync());
                await transaction.RollbackAsync();
            }

            Assert.Equal("second", await fixture.AskPrimaryAsync($"select note from notes where id = {second.Id}"));
            Assert.Equal(1, await context.Notes.Where(note => note.Id == second.Id).ExecuteDeleteAsync());
        }
    }

    private Subject SubjectOf(Way way, bool isInSession) =>
        fixture.Subjects.Single(subject => subject.Way == way && subject.IsInSession == isInSession && subject.Reads == 0);

    // Outside a session, the negative control, more than one of them answers.
    private async Task AssertReadsStayOnOneReplicaAsync(bool isInSession, Func<Task<string>> read)
    {
        var servers = new HashSet<string>();
        for (var i = 0; i < (isInSession ? 6 : 40); i++)
        {
            servers.Add(await read());
        }

        Assert.Subset(
            fixture
                .Cluster.Replicas.Select(replica => replica.ServerId.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .ToHashSet(),
            servers
        );
        Assert.Equal(isInSession, servers.Count == 1);
    }

    private sealed class Number
    {
        public int N { get; set; }

        public string? Name { get; set; }
    }

    private sealed class NoteRow
    {
        public int Id { get; set; }

        public required string Text { get; set; }
    }

    private sealed class Shop(DbDataSource source) : DbContext
    {
        public DbSet<Number> Numbers => Set<Number>();

        public DbSet<NoteRow> Notes => Set<NoteRow>();

        protected override void OnConfiguring(DbContextOptionsBuilder options) =>
            options.UseMySql(source, new MariaDbServerVersion(new Version(10, 11))).AllowManyProviders();

        protected override void OnModelCreating(ModelBuilder model)
        {
            model.Entity<Number>(number =>
            {
                number.ToTable("numbers").HasKey(row => row.N);
                number.Property(row => row.N).HasColumnName("n");
                number.Property(row => row.Name).HasColumnName("name");
            });
            model.Entity<NoteRow>(note =>
            {
                note.ToTable("notes");
                note.Property(row => row.Id).HasColumnName("id").ValueGeneratedOnAdd();
                note.Property(row => row.Text).HasColumnName("note");
            });
        }
    }
}
