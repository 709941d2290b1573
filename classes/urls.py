"""Addresses of the teachers' and students' pages."""

from django.urls import path

from classes import learning, new_students, past, teaching, views

urlpatterns = [
    path("classes/", views.teacher_classes, name="classes"),
    path("classes/new/", teaching.new_class, name="class_new"),
    path("classes/past/", past.past_classes, name="class_past"),
    path("classes/past/<int:number>/", past.past_page, name="class_past_page"),
    path("classes/past/<int:number>/restore/", past.restore, name="class_restore"),
    path("classes/past/<int:number>/students/<int:pk>/", past.past_student, name="class_past_student"),
    path("classes/<int:number>/", views.class_page, name="class"),
    path("classes/<int:number>/rename/", teaching.rename_class, name="class_rename"),
    path("classes/<int:number>/archive/", teaching.archive_class, name="class_archive"),
    path("classes/<int:number>/items/", teaching.items_page, name="class_items"),
    path("classes/<int:number>/items/change/", teaching.change_items, name="class_items_change"),
    path("classes/<int:number>/students/", teaching.people_page, name="class_people"),
    path("classes/<int:number>/students/change/", teaching.change_people, name="class_people_change"),
    path("classes/<int:number>/students/create/", new_students.create_student, name="class_student_create"),
    path("classes/<int:number>/students/<int:pk>/", teaching.student_page, name="class_student"),
    path("classes/<int:number>/students/<int:pk>/score/", teaching.score, name="class_score"),
    path("classes/<int:number>/students/<int:pk>/password/", teaching.reset_password, name="class_password"),
    path("classes/<int:number>/cards/", teaching.cards, name="class_cards"),
    path("learn/", views.learn, name="learn"),
    path("learn/results/", learning.results, name="learn_results"),
    path("learn/items/<slug:code>/", learning.item_page, name="learn_item"),
    path("learn/items/<slug:code>/progress/", learning.progress, name="learn_progress"),
]
