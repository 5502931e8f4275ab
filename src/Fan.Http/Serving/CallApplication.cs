using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Serving;

/// <summary>
/// What Kestrel runs for each request: our dispatcher, without a pipeline around it. The request's features are all the context it needs.
/// </summary>
internal sealed class CallApplication(Func<IFeatureCollection, Task> serve) : IHttpApplication<IFeatureCollection>
{
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public Task ProcessRequestAsync(IFeatureCollection context) => serve(context);

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
        // The features belong to the server.
    }
}
