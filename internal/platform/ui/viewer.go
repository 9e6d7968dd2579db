package ui

import (
	"context"
	"time"
)

// Viewer is what a frame needs to know of the person who is looking, already in
// the words of the page. The zero Viewer is somebody who has not signed in.
type Viewer struct {
	Name     string // how the person is called: 陈女士
	Greeting string // 上午好，陈女士
	SignedIn bool

	Unread int    // notices that were not read yet
	Inbox  string // where they are, "" if this frame has no bell
	Home   string // the person's own page 我的, "" if there is none

	SignIn  string // page to sign in on
	SignOut string // takes a POST

	Hats   []Link    // other frames that the person may enter: the shop, the desk
	Assist *Assist   // set while the person acts for somebody else (A10)
	Demo   *DemoBar  // set in the demo only
	Now    time.Time // the community's clock, in its zone; zero if nothing shows it
}

// Assist is a session in which one person acts for another.
type Assist struct {
	Name  string    // for whom, as the person is called
	Until time.Time // when it ends by itself, in the zone of the community
	Stop  string    // takes a POST and ends it
}

// DemoBar lets a visitor of the demo look around as somebody else.
type DemoBar struct {
	As  []Link // each Href takes a POST
	Now string // the simulated day and time, in words
}

type viewerKey struct{}

// WithViewer says who looks at the rest of a request.
func WithViewer(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerOf is who looks.
func ViewerOf(ctx context.Context) Viewer {
	v, _ := ctx.Value(viewerKey{}).(Viewer)
	return v
}
