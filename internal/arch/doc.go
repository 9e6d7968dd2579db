// Package arch holds no code: its tests keep the plan of the house true (see
// docs/ARCHITECTURE.md). They read every source file of the project and, on
// PostgreSQL, every table.
//
// Each rule is a function from sources to complaints, so that it is tried twice:
// on small sources made to break it, and on the project itself. A rule with
// exceptions lists them with a reason; an exception that nothing needs any more
// is a complaint too.
package arch
