using Ahoi.Framework.Hosting;
using Ahoi.Models;
using Guide;
using k8s.Models;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);

// docs: leadership
builder.Services.AddAhoi(options =>
{
    options.InstallDefinitions = true;
    options.Leadership = new() { LeaseName = "sites", LeaseNamespace = "default" };
})
    .AddCodecs(OfficialModels.Codecs)
    .AddController<Site, SiteReconciler>(o => o.Owns<V1Deployment>().Owns<V1Service>().Owns<V1Secret>().Owns<V1ConfigMap>());
// docs: end
await builder.Build().RunAsync();
