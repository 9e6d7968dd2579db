package ui

import (
	"context"
	"slices"

	"github.com/a-h/templ"
)

// Kind is which frame stands around a page (look §4).
type Kind string

// The frames.
const (
	ResidentFrame Kind = "resident" // phone first, five tabs at the bottom; on a desk they stand on top
	MerchantFrame Kind = "merchant" // the same, for a shop
	FieldFrame    Kind = "field"    // the same, for grid workers and volunteers on their way
	OperatorFrame Kind = "operator" // a rail with queues and their counts; a menu where the window is narrow
	OfficerFrame  Kind = "officer"  // a book with its chapters on top
	TaskFrame     Kind = "task"     // one thing to do: bar, content, dock
	PlainFrame    Kind = "plain"    // before anybody is known: sign-in and the like
)

// Tab is a place of a frame: a tab, or a line of the rail.
type Tab struct {
	Key, Href, Text string
	Icon            string
	Count           int    // what waits there; 0 is not shown
	Hot             bool   // some of it is late
	Group           string // heading before this one, in a rail
}

// Shell is what a frame shows around a page. Only Kind and Title are needed.
type Shell struct {
	Kind        Kind
	Title       string // of the window; in a TaskFrame also of the bar
	Description string // for search engines
	Place       Link   // where one is: the community, the shop, the street; Text alone is enough

	Tabs   []Tab
	Active string // Key of the tab that is open
	Back   Link   // the way back; Text names the place it leads to: 团购

	Dock  templ.Component // stays at the foot of the window: DockBar, or one's own
	Aside templ.Component // the detail beside the content, OperatorFrame only
	Help  Help            // 请网格员帮我办: on every page that orders or books something (A5)

	Class   string // of main, for the page's own style sheet
	Wide    bool   // the content may be as wide as a book
	Private bool   // not for search engines
}

// Help is the way to a person who does it for you; elder mode keeps it in sight.
type Help struct {
	Href string
	Note string // who is there and how soon: 小赵在岗，约 2 分钟接通
}

// bodyClass names the frame for the style sheet.
func (s Shell) bodyClass() string {
	c := "shell " + string(s.Kind)
	if s.Aside != nil {
		c += " beside"
	}
	if len(s.Tabs) > 0 {
		c += " tabbed"
	}
	return c
}

func (s Shell) mainClass() string {
	c := "page"
	if s.Wide {
		c += " wide"
	}
	if s.Class != "" {
		c += " " + s.Class
	}
	return c
}

// way is the way back. Elder mode has no tabs, so there a page under a tab leads
// to the first one.
func (s Shell) way(ctx context.Context) Link {
	if s.Back.Href != "" || !IsElder(ctx) || len(s.Tabs) == 0 || s.Active == s.Tabs[0].Key {
		return s.Back
	}
	return Link{Href: s.Tabs[0].Href, Text: s.Tabs[0].Text}
}

// open is the tab that is open.
func (s Shell) open() Tab {
	for _, t := range s.Tabs {
		if t.Key == s.Active {
			return t
		}
	}
	return Tab{Text: s.Title}
}

// roomFor is how many places a bar of tabs has; with more of them the last place leads to
// the rest.
const roomFor = 5

// front are the tabs that have a place of their own.
func (s Shell) front() []Tab {
	if s.Kind == OfficerFrame || len(s.Tabs) <= roomFor {
		return s.Tabs
	}
	return s.Tabs[:roomFor-1]
}

// rest are the tabs that have none.
func (s Shell) rest() []Tab { return s.Tabs[len(s.front()):] }

func (s Shell) inRest() bool {
	return slices.ContainsFunc(s.rest(), func(t Tab) bool { return t.Key == s.Active })
}

// restCount is what waits behind the tabs that have no place.
func (s Shell) restCount() (n int, hot bool) {
	for _, t := range s.rest() {
		n, hot = n+t.Count, hot || t.Hot && t.Count > 0
	}
	return n, hot
}
