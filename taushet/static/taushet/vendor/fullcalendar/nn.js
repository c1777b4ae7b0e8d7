/*!
FullCalendar (Vanilla JS) v7.1.0
Docs & License: https://fullcalendar.io
(c) 2026 Adam Shaw
*/
(function ({ F: globalLocales }) {
    

    var __nn$l55 = {
        code: 'nn',
        week: {
            dow: 1, // Monday is the first day of the week.
            doy: 4, // The week that contains Jan 4th is the first week of the year.
        },
        prevText: 'Førre',
        nextText: 'Neste',
        todayText: 'I dag',
        yearText: 'År',
        monthText: 'Månad',
        weekTextLong: 'Veke',
        dayText: 'Dag',
        listText: 'Agenda',
        allDayText: 'Heile\ndagen',
        moreLinkText: 'til',
        noEventsText: 'Ingen hendelser å vise',
    };

    globalLocales.push(__nn$l55);

})(FullCalendar.Shared);
