package cakemail

import (
	"encoding/json"
	"fmt"
	"time"
)

// Samples use values that are reserved for documentation, so that they belong to nobody.
const (
	sampleEmail = "test@example.com"
	sampleIP    = "192.0.2.1"
	sampleID    = 1
)

type wirePerson struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
}

// wireGuideDelivery is a delivery's body in the developer guide.
type wireGuideDelivery struct {
	Event     string     `json:"event"`
	Timestamp string     `json:"timestamp"`
	Data      wirePerson `json:"data"`
}

// wireReferenceDelivery is a delivery's body in the reference.
type wireReferenceDelivery struct {
	Event     string     `json:"event"`
	AccountID int64      `json:"account_id"`
	IP        string     `json:"ip"`
	User      wirePerson `json:"user"`
	CreatedOn int64      `json:"created_on"`
	Data      wirePerson `json:"data"`
}

// encodeSample returns the body of a sample event in the API's form. Account 0 means a made-up one.
func encodeSample(form Form, event string, account int64, at time.Time) ([]byte, error) {
	person := wirePerson{ID: sampleID, Email: sampleEmail}
	var sample any = wireReferenceDelivery{
		Event: event, AccountID: max(account, sampleID), IP: sampleIP, User: person, CreatedOn: at.Unix(), Data: person,
	}
	if form == FormGuide {
		sample = wireGuideDelivery{Event: event, Timestamp: at.UTC().Format(time.RFC3339), Data: person}
	}
	body, err := json.Marshal(sample)
	if err != nil {
		return nil, fmt.Errorf("encoding the sample: %w", err)
	}
	return body, nil
}
