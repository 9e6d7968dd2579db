package flow

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/i18n"
)

// CauseText says why the clock ended something; "" where somebody gave a reason.
func CauseText(c activity.Cause) i18n.Message {
	switch c {
	case activity.TooFew:
		return i18n.M("报名的人不够")
	case activity.Nobody:
		return i18n.M("没有记到有人来")
	case activity.Parted:
		return i18n.M("没有人教了")
	}
	return i18n.Message{}
}

// whyOff is the reason that somebody gave, or the cause.
func whyOff(words string, cause activity.Cause) notice.Arg {
	if key := CauseText(cause).Key; key != "" {
		return notice.Say(key)
	}
	return notice.Text(words, "")
}

// cameBack says that hours came back, to who had some set aside.
func cameBack(a *activity.Activity, had bool) notice.Arg {
	if a.Pay != activity.BySeat || !had {
		return notice.Text("", "")
	}
	return notice.Say(i18n.M("（留出来的服务时都退回了）").Key)
}

// stayedAway says why somebody pays who was not there.
func stayedAway(kind activity.SettlementKind) notice.Arg {
	if kind != activity.Late {
		return notice.Text("", "")
	}
	return notice.Say(i18n.M("（没有来，补给老师一部分）").Key)
}

// dateOff tells that one date is called off. had: she had hours set aside for it.
func dateOff(place id.ID, a *activity.Activity, s *activity.Session, had bool) notice.Notice {
	return notice.Notice{Kind: notice.ClassDateOff, Cause: classCause(s.ID) + "/off", Link: ClassPath(place, a.ID),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(s.Begins), whyOff(s.End.Words, s.End.Cause), cameBack(a, had)}}
}

// wholeOff tells that the whole is called off. had: she had hours set aside for it.
func wholeOff(place id.ID, a *activity.Activity, had bool) notice.Notice {
	if a.Cause() == activity.TooFew {
		return notice.Notice{Kind: notice.ClassFew, Cause: classCause(a.ID) + "/few", Link: ClassPath(place, a.ID),
			Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(firstDropped(a)), notice.Count(int64(a.Least)), cameBack(a, had)}}
	}
	return notice.Notice{Kind: notice.ClassOff, Cause: classCause(a.ID) + "/off", Link: ClassPath(place, a.ID),
		Args: []notice.Arg{notice.Text(a.Title, ""), notice.Moment(firstDropped(a)), whyOff(a.Words(), a.Cause()), cameBack(a, had)}}
}

// firstDropped is the first date that ended with the whole.
func firstDropped(a *activity.Activity) time.Time {
	for _, s := range a.Sessions {
		if s.End == nil || s.End.At.Equal(a.Steps[len(a.Steps)-1].At) {
			return s.Begins
		}
	}
	return a.Sessions[0].Begins
}
