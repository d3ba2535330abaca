namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>ASP.NET Core Identity over EF Core: its managers read and write through the project's context.</summary>
public class IdentityTests
{
    [Theory]
    [InlineData("MR1001", "await users.FindByIdAsync(\"1\"); await users.FindByNameAsync(\"a\");")]
    [InlineData("MR1001", "var user = await users.FindByEmailAsync(\"a\"); await users.GetRolesAsync(user);")]
    [InlineData("MR1001", "await db.Rows.ToListAsync(); await users.GetUsersInRoleAsync(\"a\");")]
    [InlineData("MR1001", "await roles.RoleExistsAsync(\"a\"); await roles.FindByNameAsync(\"b\");")]
    [InlineData("MR1001", "foreach (var id in ids) await users.FindByIdAsync(id);")]
    [InlineData("MR1003", "await users.CreateAsync(one); await users.FindByNameAsync(\"a\");")]
    [InlineData("MR1003", "await users.AddToRoleAsync(one, \"a\"); await users.IsInRoleAsync(one, \"a\");")]
    [InlineData("MR1003", "await roles.CreateAsync(role); await roles.FindByNameAsync(\"a\");")]
    [InlineData("MR1003", "await users.ConfirmEmailAsync(one, \"a\"); await db.Rows.ToListAsync();")]
    [InlineData("MR1003", "await users.SetEmailAsync(one, \"a\"); await own.FindByNameAsync(\"a\");")]
    [InlineData(null, "await users.FindByNameAsync(\"a\"); await users.UpdateAsync(one);")]
    [InlineData(null, "await users.FindByNameAsync(\"a\"); await users.GetUserNameAsync(one); users.NormalizeName(\"a\");")]
    [InlineData(null, "await users.CheckPasswordAsync(one, \"a\"); await users.IsLockedOutAsync(one); await users.GetEmailAsync(one);")]
    [InlineData(null, "await roles.GetRoleNameAsync(role); await roles.SetRoleNameAsync(role, \"a\"); await roles.FindByIdAsync(\"1\");")]
    [InlineData(
        null,
        "await using var tx = await db.Database.BeginTransactionAsync(); await users.CreateAsync(one); await users.FindByNameAsync(\"a\"); "
            + "await tx.CommitAsync();"
    )]
    public Task A_manager_reads_and_writes_what_its_store_does(string? rule, string body) => Check(rule, body, withEntityFramework: true);

    [Theory]
    [InlineData("await users.FindByIdAsync(\"1\"); await users.FindByNameAsync(\"a\");")]
    [InlineData("await users.CreateAsync(one); await users.FindByNameAsync(\"a\");")]
    public Task Without_a_database_it_keeps_them_elsewhere(string body) => Check(null, body, withEntityFramework: false);

    private static Task Check(string? rule, string body, bool withEntityFramework) =>
        ReadRules.Against(
            withEntityFramework ? [.. Packages.EntityFramework("10.0.15"), .. AspNetCore.Framework] : Packages.OnTheWeb(),
            $$"""
            #nullable disable
            using System.Threading.Tasks;
            using Microsoft.AspNetCore.Identity;
            {{(
                withEntityFramework
                    ? "using Microsoft.EntityFrameworkCore; public class Row { public int Id { get; set; } } "
                        + "public class Shop : DbContext { public DbSet<Row> Rows { get; set; } }"
                    : "public class Shop { }"
            )}}
            public abstract class Users : UserManager<IdentityUser>
            {
                protected Users() : base(null, null, null, null, null, null, null, null, null) { }
            }

            public class Accounts(UserManager<IdentityUser> users, Users own, RoleManager<IdentityRole> roles, Shop db)
            {
                public async Task {{(rule is null ? "M" : $"{{|{rule}:M|}}")}}(IdentityUser one, IdentityRole role, string[] ids)
                {
                    {{body}}
                }
            }
            """
        );
}
