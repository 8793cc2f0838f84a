"""
The REST API: the same operations as the console's, for programs.

A resource is one module here with `router = APIRouter(tags=[...])`, listed in
`app.ROUTERS`. A route

* takes `desk: AtDesk` and its caller, `caller: Annotated[Caller, needs(Scope.X)]`: a
  valid token of a line, with that scope, within its pace;
* asks `web.access` for what a path names, so that another line's is not found;
* speaks in `Model`s (camel case, unknown keys refused); a list is a `Page` with a cursor;
* changes things by the functions that the console calls, which raise `OrderRefused`;
  `problem.tell` makes problem+json of it. Nothing is caught in a route;
* has an `operation_id`, and names its own problems: `responses=answers(404, 409)`. What
  all have in common is named once, in `app`;
* that creates something takes `once: AtMostOnce`, and answers by it.
"""
